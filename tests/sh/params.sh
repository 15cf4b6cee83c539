# ${...}
x=value e=
unset u
echo "${x-a}" "${e-a}" "${u-a}" "${x:-a}" "${e:-a}" "${u:-a}"
echo "${x+a}" "${e+a}" "${u+a}" "${x:+a}" "${e:+a}" "${u:+a}"
echo ${u=set} $u; unset u; echo ${u:=again} $u; echo ${e:=filled} $e
echo ${#x} ${#e} ${#u} ${#}
p=/usr/local/lib/name.tar.gz
echo ${p#*/} ${p##*/} ${p%/*} ${p%%/*} ${p%.*} ${p%%.*} ${p#nothing} ${p%nothing}
q='a*b*c'
echo "${q%\**}" "${q%%"*"*}" "${q#*"*"}"
echo "${q%'*c'}"
star='*'
echo "${q%$star}" "${q%"$star"c}"
echo ${x:-${u:-${p##*.}}}
echo "${none-"quoted  words"}" ${none-un  quoted}
set -- a b c d e f g h i j k
echo $# $1 ${10} $10 ${11} ${#10} ${12-none}
shift 2; echo $1 $#
echo "${*%?}" "${1+first}"
echo $0 | cat >/dev/null
(unset nothing; echo ${nothing?is missing}; echo not reached) 2>/dev/null
echo status $?
(echo ${e2:?}) 2>/dev/null; echo status $?
(set -u; echo $unset_variable; echo not reached) 2>/dev/null; echo status $?
set -u; echo ${unset_variable-fine} ${unset_variable:+} "$@" $*; set +u
(echo ${x!bad}) 2>/dev/null; echo status $?
a=1 b=$a c=$b; echo $a $b $c
echo "$x$x" ${x}${x} $x$x "${x}s"
v=abcabc
echo ${v#a*c} ${v##a*c} ${v%c*} ${v%%b*} ${v%[bc]} ${v#[!b]} ${v#?} ${v%??}
readonly r=1
(r=2; echo not reached) 2>/dev/null; echo status $?
export y=exported; sh -c 'echo $y'
y=other sh -c 'echo $y'; echo $y
unset y; sh -c 'echo ${y-gone}'
