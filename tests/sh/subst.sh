# Command substitution, pipes, statuses.
echo $(echo a; echo b) "$(echo a; echo b)"
x=$(printf 'trailing\n\n\n'); echo "[$x]"
echo `echo back \`echo nested\`` "`echo "in quotes"`"
echo $(echo $(echo $(echo deep)))
echo "$(echo "inner quotes" 'and $single')"
x=$(false); echo $?
x=$(exit 9) ; echo $?
x=$(exit 9) y=1; echo $?
echo $(exit 9); echo $?
: $(exit 9); echo $?
true | false; echo $?; false | true; echo $?; exit 3 | exit 4; echo $?
echo one two | while read a b; do echo $b $a; done
echo x | cat | cat | cat
! echo x | false; echo $?
(exit 200); echo $?
sh -c 'exit 256'; echo $?
sh -c 'kill -9 $$' 2>/dev/null; echo $?
sh -c 'kill -TERM $$' 2>/dev/null; echo $?
nothere 2>/dev/null; echo $?
./nothere 2>/dev/null; echo $?
/ 2>/dev/null; echo $?
/dev/null 2>/dev/null; echo $?
/etc/passwd/x 2>/dev/null; echo $?
sleep 0 & wait $!; echo $?
(exit 6) & wait $!; echo $?
(exit 6) & wait; echo $?
wait 99999; echo $?
a=$(echo x) b=$(echo y); echo $a$b
echo $(case x in x) echo in case;; esac)
echo $( (echo subshell in substitution) )
echo "a$(echo)b" a$(echo)b
f() { echo "f($1)"; }; echo $(f arg)
x=1; y=$(x=2; echo $x); echo $x $y
eval 'echo evaluated; x=5'; echo $x
eval echo '$x' \$x
eval; echo $?
eval 'exit_status() { return 3; }'; exit_status; echo $?
eval false; echo $?
command echo command; command false; echo $?
command -v echo; command -v nosuchthing; echo $?
type cd nosuchthing; echo $?
yes_lines() { i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done; }
yes_lines | wc -l | while read n; do echo $n; done
x=$(yes_lines); echo ${#x}
$(echo echo) from expansion
$(true); echo $?
$(false); echo $?
e=; $e; echo $?
$e echo shifted
exec 2>/dev/null
x=; x=$x; ( ) ; echo not reached
