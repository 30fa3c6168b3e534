# Completes task, and npx task, in fish. Made by: task completions fish

# The program that is typed: task on PATH, or that of the nearest node_modules, which npx would run. npx itself is slow,
# and downloads what it does not find.
function __task_program --argument-names typed
    switch $typed
        case '*/node_modules/.bin/task'
            echo $typed
            return
        case npx
        case '*'
            command -s task; and return
    end
    set -l directory $PWD
    while test -n "$directory"
        if test -x "$directory/node_modules/.bin/task"
            echo "$directory/node_modules/.bin/task"
            return
        end
        set directory (string replace -r '/[^/]*$' '' -- $directory)
    end
    return 1
end

function __task_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (__task_program $words[1]); or return
    test $words[1] = npx; and set -e words[1]
    set -e words[1]
    set -l answer ($program --complete fish $words "$current" 2>/dev/null </dev/null | string split0)
    set -l from $answer[1]
    set -e answer[1]
    if test -n "$from"
        set -l front (string sub -l $from -- "$current")
        set -l path (string sub -s (math $from + 1) -- "$current")
        for file in (__fish_complete_path "$path")
            printf '%s\0' "$front$file"
        end
    else if set -q answer[1]
        printf '%s\0' $answer
    end
end

function __task_is_npx
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test "$words[2]" = task
end

complete -c task -f -k -a '(__task_complete | string split0)'
# Beside what completes npx otherwise.
complete -c npx -n __task_is_npx -f -k -a '(__task_complete | string split0)'
