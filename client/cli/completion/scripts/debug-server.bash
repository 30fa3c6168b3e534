# Completes debug-server in bash. Made by: debug-server completions bash

# The program quotes what it offers, and looks for what fits: bash does neither.
__debug_server_complete() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      files) compopt -o default 2>/dev/null ;;
      =*) COMPREPLY+=("${line#=}") ;;
    esac
  done < <("$1" --complete bash "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null)
  compopt -o nosort 2>/dev/null
  return 0
}

complete -F __debug_server_complete debug-server
