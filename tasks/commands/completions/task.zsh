#compdef task
# Completes task, and npx task, in zsh. Made by: task completions zsh

# The program that is typed: task on PATH, or that of the nearest node_modules, which npx would run. npx itself is slow,
# and downloads what it does not find.
__task_program() {
  local directory=$PWD
  case $1 in
    */node_modules/.bin/task) REPLY=$1 && return ;;
    npx) ;;
    *) REPLY=${commands[task]-} && [[ -n $REPLY ]] && return ;;
  esac
  while [[ -n $directory ]]; do
    REPLY=$directory/node_modules/.bin/task
    [[ -x $REPLY ]] && return
    directory=${directory%/*}
  done
  return 1
}

# $1 is the command, and the words behind it begin at $2.
__task_complete() {
  local REPLY
  local -a before answer
  __task_program $1 || return 1
  (( CURRENT > $2 )) && before=("${(@Q)words[$2,CURRENT-1]}")
  answer=("${(@0)$("$REPLY" --complete zsh "${before[@]}" "${(Q)PREFIX}" 2>/dev/null </dev/null)%$'\0'}")
  local from=$answer[1]
  shift answer
  if [[ $from == <-> ]]; then
    (( from > 0 )) && compset -p $from
    _files
  elif (( $#answer )); then
    _describe -V task answer
  else
    return 1
  fi
}

_task() { __task_complete $words[1] 2 }

__task_complete_npx() {
  if [[ $words[2] == task ]] && (( CURRENT > 2 )); then
    __task_complete npx 3
  else
    _default
  fi
}

if [[ $funcstack[1] == _task ]]; then
  # Found in fpath: this file was the function.
  _task
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _task task
  # Who completes npx already goes on doing so.
  (( $+_comps[npx] )) || compdef __task_complete_npx npx
fi
