# File name patterns.
cd ${TMPDIR-/tmp}
mkdir g.$$; cd g.$$
for f in a b ab abc .hidden x1 x2 x10 'with blank' '[odd]'; do : >"$f"; done
mkdir d1 d2 d1/e; : >d1/f1; : >d1/f2; : >d2/f3; : >d1/e/g
echo *
echo a* ?? x? x[12] x[!1] [ab] [a-b]* .h* .*den
echo */ */* */f? d1/*/g d?/*[3]
echo nothing* "a*" a\* 'x?' [z]
echo ./a* ././d1//f*
echo *\ * '[o'* \[*
v='a*'; echo $v "$v" ${v}c
v='d1/f'; echo $v* "$v"*
for f in x*; do echo "<$f>"; done
set -- *; echo $#
case a in [a]) echo yes;; esac
echo $PWD/a? | { read p; echo ${p##*/}; }
x=*; echo "$x" $x
echo * >/dev/null; echo a?c*
echo [[:lower:]][[:digit:]] [[:digit:]]*
echo /de[v]/nul?
ls -d d* ; ls d1
echo \*
cd ..
rm -r g.$$; echo g.$$/*  | { read p; echo "${p##*.*/}"; }
