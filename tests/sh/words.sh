# Quotes, splitting, empty fields.
count() { echo "$#:"; for a; do echo "[$a]"; done; }
count a"b c"d 'e  f' "" '' x\ y \\ "\$x \" \\ \a" 'a\b'
x='one  two three'
count $x "$x" a$x b"$x"
e=
count $e "$e" a$e "" $e$e "$e$e"
IFS=:
p='a:b::c:'
count $p "$p"
count x$p
IFS=': '
p=' a : b  c:: d '
count $p
IFS=
count $x
unset IFS
count $x
set -- 'a b' '' c
count "$@"
count $@
count "$*"
count $*
count "x$@y"
count x"$@"y
IFS=-
count "$*"
echo $*
IFS=
count "$*" $*
unset IFS
set --
count "$@"
count "$*"
count a"$@"
count "$@""$@"
echo a\
b "c\
d" 'e\
f'
echo "~" a~b '~'
