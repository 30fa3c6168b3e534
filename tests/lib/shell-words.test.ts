import { execFileSync } from 'node:child_process'
import t from 'tap'
import { shellWords, wordsOfLine } from '../../lib/shell-words.ts'

t.test('words without a meaning for the shell stay as they are', async t => {
  t.equal(
    shellWords(['python3', '-m', 'unittest', 'a/b.py:3', 'k=v,w', '50%']),
    'python3 -m unittest a/b.py:3 k=v,w 50%',
  )
})

t.test('a shell reads back every word', async t => {
  const words = ['', ' ', "it's", '"', '$HOME', '`id`', '*', '~', '\\', 'a\nb', 'é', '-n', ';', '#x', '!']
  const read = execFileSync('sh', ['-c', `printf '%s\\0' ${shellWords(words)}`]).toString()
  t.same(read.split('\0').slice(0, -1), words)
})

t.test('a line is cut as a shell cuts it, and nothing is expanded', async t => {
  const lines: [string, string[] | undefined][] = [
    ['', []],
    ['  ', []],
    ['--a b', ['--a', 'b']],
    [" 'a b'\tc ", ['a b', 'c']],
    ['a"b c"d', ['ab cd']],
    ['"a\\"b" \'\\\'', ['a"b', '\\']],
    ['a\\ b $HOME *', ['a b', '$HOME', '*']],
    ['\'\' ""', ['', '']],
    ["'open", undefined],
    ['"open', undefined],
    ['a\\', undefined],
  ]
  for (const [line, words] of lines) t.same(wordsOfLine(line), words, JSON.stringify(line))
  const words = ['', ' ', "it's", '"', '$HOME', '\\', 'a\nb', '-n']
  t.same(wordsOfLine(shellWords(words)), words, 'what was quoted comes back')
})
