# Here-documents and redirections.
x=value
cat <<E
plain $x $(echo sub) $((1+1)) `echo tick`
"quotes" 'stay' \$x \\ \a
continued \
line
E
cat <<'E'
no $x $(echo sub) \$x \
E
cat <<"E F"
delimiter with a blank $x
E F
cat <<\E
backslash $x
E
cat <<-E
	tabs	go
		all $x
	E
cat <<A; cat <<B
first
A
second
B
cat <<A <<B
dropped
A
kept
B
while read a b; do echo "$b $a"; done <<E
1 2
3 4 5
E
f() { cat <<E
in function $1
E
}
f one; f two
cat <<E | cat
piped
E
echo "$(cat <<E
inside substitution
E
)"
if true; then cat <<E
in if
E
fi
cd ${TMPDIR-/tmp}
echo one >h.$$; echo two >>h.$$; cat h.$$; cat <h.$$
echo three >|h.$$; cat h.$$
{ echo out; echo err >&2; } >h.$$ 2>&1; cat h.$$
{ echo out; echo err >&2; } 2>&1 >/dev/null
echo to five 5>h.$$ >&5; cat h.$$
exec 4>h.$$; echo through four >&4; exec 4>&-; cat h.$$
(echo x >&4) 2>/dev/null; echo status $?
exec 3<h.$$; read line <&3; echo $line; exec 3<&-
read a <>h.$$; echo $a
echo x >/nonexistent/file 2>/dev/null; echo status $?
(echo x >/nonexistent/file; echo goes on) 2>/dev/null
cat </nonexistent 2>/dev/null; echo status $?
: >h.$$; cat h.$$; [ -s h.$$ ] || echo empty
>h.$$ echo before; cat h.$$
for i in 1 2; do echo $i; done >h.$$; cat h.$$
set -C; (echo x >h.$$) 2>/dev/null; echo status $?; echo x >|h.$$; echo x >/dev/null; set +C
f() { echo in f; } >h.$$; f; cat h.$$
n=2; echo digits 2>/dev/null $n
echo a2>h.$$; cat h.$$
rm h.$$
i=0; big=
while [ $i -lt 7 ]; do big="$big$big....0123456789abcdef"; i=$((i+1)); done
big=$big$big$big$big
cat <<E | wc -c | while read n; do echo $n; done
$big
E
