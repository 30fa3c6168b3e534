#compdef debug-server
# Completes debug-server in zsh. Made by: debug-server completions zsh

_debug-server() {
  local -a before answer
  (( CURRENT > 2 )) && before=("${(@Q)words[2,CURRENT-1]}")
  answer=("${(@0)$("$words[1]" --complete zsh "${before[@]}" "${(Q)PREFIX}" 2>/dev/null </dev/null)%$'\0'}")
  local from=$answer[1]
  shift answer
  if [[ $from == <-> ]]; then
    (( $#answer )) && _describe -V debug-server answer
    (( from > 0 )) && compset -p $from
    _files
  elif (( $#answer )); then
    _describe -V debug-server answer
  else
    return 1
  fi
}

if [[ $funcstack[1] == _debug-server ]]; then
  # Found in fpath: this file was the function.
  _debug-server
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _debug-server debug-server
fi
