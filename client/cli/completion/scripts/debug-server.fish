# Completes debug-server in fish. Made by: debug-server completions fish

function __debug_server_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l answer ($program --complete fish $words "$current" 2>/dev/null </dev/null | string split0)
    set -l from $answer[1]
    set -e answer[1]
    set -q answer[1]; and printf '%s\0' $answer
    if test -n "$from"
        set -l front (string sub -l $from -- "$current")
        set -l path (string sub -s (math $from + 1) -- "$current")
        for file in (__fish_complete_path "$path")
            printf '%s\0' "$front$file"
        end
    end
end

complete -c debug-server -f -k -a '(__debug_server_complete | string split0)'
