# set -e, -x, -f, -a, exit, traps, shift, getopts.
(set -e; false; echo not reached); echo $?
(set -e; false || true; if false; then :; fi; ! true; while false; do :; done; echo reached)
(set -e; f() { false; echo in f; }; f || true; echo after); echo $?
(set -e; f() { false; echo not reached; }; f; echo not reached); echo $?
(set -e; x=$(false); echo not reached); echo $?
(set -e; true | false; echo not reached); echo $?
(set -e; (exit 3); echo not reached); echo $?
(set -e; { false; echo a; } || echo b; echo c)
(set -e; false && true; echo reached)
(set -e; ! false; echo r1; ! true; echo r2)
(set -e; eval false; echo not reached); echo $?
(set -x; echo traced $((1+1)) "a  b"; x=5 y='a b'; z=1 true) 2>&1
(PS4='> '; set -x; echo other) 2>&1
(cd /; set -f; echo *; set +f; [ "$(echo *)" = '*' ] || echo expands)
(set -a; exported=1; sh -c 'echo $exported')
set -- -a -b val -c rest
while getopts ab:c o; do echo $o ${OPTARG-}; done; shift $((OPTIND-1)); echo $@
OPTIND=1; set -- -xyz -q arg more
while getopts :xyq: o; do echo $o ${OPTARG-}; done; echo $OPTIND
sh -c 'trap "echo bye" EXIT; echo hi'
sh -c 'trap "echo bye" 0; exit 5'; echo $?
sh -c 'trap "echo bye; exit 6" EXIT; exit 5'; echo $?
sh -c 'trap "echo usr1" USR1; kill -USR1 $$; echo after'
sh -c 'trap "" TERM; kill $$; echo survived'
sh -c 'trap "" TERM; trap - TERM; kill $$; echo not reached' 2>/dev/null; echo $?
sh -c 'trap "echo x" INT TERM; trap; trap - INT; trap'
sh -c "trap 'echo \"it'\\''s\"' EXIT; trap"
trap 'echo outer' EXIT; (echo in subshell); trap - EXIT
(trap 'echo sub exit' EXIT; echo in)
sh -c 'trap "echo trapped" USR1; (kill -USR1 $$); sleep 0; echo end'
echo 'echo from file $1; return 3; echo never' >${TMPDIR-/tmp}/dot.$$
. ${TMPDIR-/tmp}/dot.$$; echo $?
rm ${TMPDIR-/tmp}/dot.$$
echo 'echo script $0 $# "$@"; exit 4' >${TMPDIR-/tmp}/script
sh ${TMPDIR-/tmp}/script a 'b c' | { read a b c; echo $a $c; }
rm ${TMPDIR-/tmp}/script
sh -c 'echo $0 $1 $#' name one two
echo 'echo stdin script $# $1; exit 3; echo never' | sh -s a b; echo $?
sh -e -c 'false; echo no'; echo $?
sh -c 'exit'; echo $?
sh -c 'false; exit'; echo $?
sh -c '(exit 3)'; echo $?
sh -uc 'echo $nope' 2>/dev/null; echo $?
sh -n -c 'echo no'; echo $?
sh -c 'if' 2>/dev/null; echo $?
sh -c 'echo "unclosed' 2>/dev/null; echo $?
sh -c 'echo a; fi; echo b' 2>/dev/null; echo $?
sh -c 'echo )' 2>/dev/null; echo $?
sh -c 'for 1 in a; do :; done' 2>/dev/null; echo $?
sh -c 'a() b' 2>/dev/null; echo $?
sh -c 'break; echo fine'; echo $?
sh -c 'shift 5; echo not reached' 2>/dev/null; echo $?
sh -c 'cd /nonexistent; echo goes on' 2>/dev/null; echo $?
sh -c 'readonly a=1; a=2 true; echo x' 2>/dev/null; echo $?
sh -c 'export 1a=2; echo x' 2>/dev/null; echo $?
sh -c ': >/nonexistent/x; echo x' 2>/dev/null; echo $?
sh -c 'exec /nonexistent/x; echo x' 2>/dev/null; echo $?
sh -c 'exec nosuch; echo x' 2>/dev/null; echo $?
