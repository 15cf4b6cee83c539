# echo, printf, read, test, cd, umask, kill -l.
echo -n no newline; echo
echo 'a\tb\\c\nd' 'stop\chere' never
echo; echo -- -e -x
echo 'octal \0101 \060'
printf '%s-%s\n' a b c d; printf '%d %i %o %x %X %u\n' 10 -5 8 255 255 7
printf '%5d|%-5d|%05d|%+d\n' 42 42 42 42
printf '%10s|%-10s|%.2s|%c\n' right left cut char
printf '%*d|%-*d|%.*s\n' 5 1 5 2 1 xyz
printf '%b\n' 'a\tb' ; printf 'a\tb\101\n%%\n'
printf '%s\n'; printf 'only format\n'
printf '%d\n' 0x1f 010 "'A"
printf '%d\n' abc 2>/dev/null; echo $?
printf '%d\n' 12x 2>/dev/null; echo $?
printf '%s %s\n' 1
printf 'x%sy\cz' 1 2; echo
echo 'a b c' | { read x y; echo "$x/$y"; }
echo '  lead  trail  ' | { read x; echo "[$x]"; }
echo 'a\b\
c' | { read x; echo "[$x]"; }
echo 'a\b' | { read -r x; echo "[$x]"; }
echo 'a:b:c' | { IFS=: read x y; echo "$x/$y"; }
echo 'a:b:' | { IFS=: read x y; echo "$x/$y"; }
echo 'a:' | { IFS=: read x y; echo "$x/$y"; }
echo ' a  b ' | { IFS=' ' read x y; echo "[$x][$y]"; }
printf 'no newline' | { read x; echo "$? $x"; }
read x </dev/null; echo "$? [$x]"
t() { test "$@"; echo $?; }
t; t ''; t x; t -n ''; t -n x; t -z ''; t a = a; t a = b; t a != b
t 1 -eq 1; t 1 -ne 1; t 1 -lt 2; t 2 -le 1; t 3 -gt 2; t 2 -ge 3; t ' 1 ' -eq 1
t ! x; t ! ''; t ! a = b; t '(' x ')'; t x -a ''; t x -o ''; t '' -o x -a y
t = ; t ! ; t -n ; t '(' ; t = = =; t ! = x; t -f = -f; t ! ! x
t -d /; t -f /; t -e /nonexistent; t -c /dev/null; t -x /; t -s /dev/null; t -L /dev/null
t a -eq 1 2>/dev/null; t 1 -eq 2>/dev/null
[ x = x ]; echo $?; [ x = x 2>/dev/null; echo $?
cd /; pwd; cd dev; pwd; cd ..; pwd; cd /dev/./..//dev; pwd; cd - ; cd -- /; echo $PWD $OLDPWD
HOME=/dev; cd; pwd; cd /
umask 027; umask; umask 22; umask
kill -l 9; kill -l 143; kill -0 $$; echo $?; kill -0 99999 2>/dev/null; echo $?
true; echo $?; false; echo $?; :; echo $?
x=1 :; echo $x; x=2 true; echo $x
unset x; echo ${x-unset}
set -- a b c; echo $#; set -- ; echo $#; set x y; echo $1$2
x='*'; echo "$x"; set -f; echo $x; set +f
wait; echo $?
hash sh; echo $?
