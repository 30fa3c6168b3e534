import { execFileSync } from 'node:child_process'
import t from 'tap'
import { shellWords } from '../../lib/shell-words.ts'

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
