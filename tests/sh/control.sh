# Compound commands, break, continue, return, functions.
if true; then echo 1; fi
if false; then echo no; else echo 2; fi
if false; then echo no; elif false; then echo no; elif true; then echo 3; else echo no; fi
if false; then echo no; fi; echo $?
i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo w$i; done; echo $?
i=0; until [ $i -ge 3 ]; do i=$((i+1)); echo u$i; done
while false; do :; done; echo $?
for a in x y "z z"; do echo $a; done
for a in; do echo none; done; echo $?
set -- p q; for a; do echo $a; done
for a do echo $a; done
for a
in 1 2
do
echo $a
done
for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo b$i; done
for i in 1 2; do for j in a b; do [ $j = b ] && continue 2; echo $i$j; done; echo never; done
for i in 1 2; do for j in a b; do break 2; done; echo never; done; echo out $i $j
for i in 1 2; do while :; do break; done; echo $i; done
case word in w*) echo pattern;; *) echo no;; esac
case 'a b' in "a b") echo quoted;; esac
case x in a|b|x) echo alternatives;; esac
case x in (x) echo paren;; esac
case x in y) echo no;; esac; echo $?
case '*' in '\*') echo no;; \*) echo star;; esac
case abc in *[!a-z]*) echo no;; [a-c][[:alpha:]]c) echo class;; esac
case "" in "") echo empty;; esac
case - in [a-]) echo dash;; esac
case ']' in []]) echo bracket;; esac
v='a*'; case abc in $v) echo expanded;; esac; case abc in "$v") echo no;; *) echo literal;; esac
f() { echo f $# "$@"; return 5; echo never; }
f 1 '2 3'; echo $? $#
g() if [ $1 -gt 0 ]; then echo $1; g $(($1-1)); fi
g 3
h() { for i in 1 2 3; do [ $i = 2 ] && return; echo $i; done; }
h; echo $?
k() { local x=inner; echo $x; x=changed; }
x=outer; k; echo $x
m() { x=set; }; m; echo $x
n() { echo $y; }; y=temporary n; echo ${y-unset}
f() { echo redefined; }; f
f() (echo sub; exit 4); f; echo $?
unset -f f; f 2>/dev/null; echo $?
{ echo group; echo two; } | cat
(echo sub; exit 3); echo $?
! true; echo $?; ! false; echo $?
true && echo and; false && echo no; false || echo or; true || echo no
true && false || echo both
false || false; echo $?
! true && echo no || echo yes
i=1; (i=2); echo $i
{ i=3; }; echo $i
return_in() { while :; do return 7; done; }; return_in; echo $?
recursive() { [ $1 -eq 0 ] && return; recursive $(($1-1)); echo $1; }; recursive 5
if ! false; then echo negated; fi
echo a; echo b & wait; echo c
while read line; do echo "got $line"; done <<E
first
second
E
