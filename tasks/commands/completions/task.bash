# Completes task, and npx task, in bash. Made by: task completions bash

# The program that is typed: task on PATH, or that of the nearest node_modules, which npx would run. npx itself is slow,
# and downloads what it does not find.
__task_program() {
  case $1 in
    */node_modules/.bin/task) printf '%s\n' "$1" && return ;;
    npx) ;;
    *) type -P task && return ;;
  esac
  local directory=$PWD
  while [[ -n $directory ]]; do
    if [[ -x $directory/node_modules/.bin/task ]]; then
      printf '%s\n' "$directory/node_modules/.bin/task"
      return
    fi
    directory=${directory%/*}
  done
  return 1
}

# The program quotes what it offers, and looks for what fits: bash does neither.
__task_complete() {
  local program line
  COMPREPLY=()
  program=$(__task_program "$1") || return 0
  while IFS= read -r line; do
    case $line in
      files) compopt -o default 2>/dev/null ;;
      =*) COMPREPLY+=("${line#=}") ;;
    esac
  done < <("$program" --complete bash "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null)
  compopt -o nosort 2>/dev/null
  return 0
}

__task_complete_npx() {
  if [[ ${COMP_WORDS[1]} == task ]] && ((COMP_CWORD > 1)); then
    __task_complete npx
  else
    COMPREPLY=()
    compopt -o bashdefault -o default 2>/dev/null
  fi
  return 0
}

complete -F __task_complete task
# Who completes npx already goes on doing so.
complete -p npx >/dev/null 2>&1 || complete -F __task_complete_npx npx
