import { spawnSync } from 'node:child_process'
import t from 'tap'
import { bashAnswer, bashWord, bashWords } from '../../../lib/completion/bash-answer.ts'
import { fishAnswer, fishWord } from '../../../lib/completion/fish-answer.ts'
import { zshAnswer } from '../../../lib/completion/zsh-answer.ts'

const breaks = ' \t\n"\'><=;|&(:'

t.test('a line of bash, up to the cursor', async t => {
  const lines: [line: string, words: readonly string[], quote?: string, kept?: number][] = [
    ['task', []],
    ['task ', ['']],
    ['task bu', ['bu']],
    ['task build  \t', ['build', '']],
    ['task db:up', ['db:up'], '', 3],
    ['task db:up x', ['db:up', 'x']],
    ['task --reporter=ju', ['--reporter=ju'], '', 11],
    ['task --reporter=junit=x', ['--reporter=junit=x'], '', 17],
    ['task "a b', ['a b'], '"', 0],
    ['task "a b" ', ['a b', '']],
    ["task 'it", ['it'], "'", 0],
    ["task a'b", ['ab'], "'", 1],
    ['task a\\ b', ['a b']],
    ['task a\\:b', ['a:b']],
    ['task a"b"c', ['abc']],
    ['task "a\\"b\\x', ['a"b\\x'], '"', 0],
    ["task $'a\\nb", ['a\nb'], "$'", 0],
    ["task $'a\\nb' c", ['a\nb', 'c']],
    ['task "" x', ['', 'x']],
    ['task "', [''], '"', 0],
    ['task \\', ['']],
    ['npx task db:', ['db:'], '', 3],
    ['npx task ', ['']],
    ['./node_modules/.bin/task x', ['x']],
  ]
  for (const [line, words, quote = '', kept = 0] of lines)
    t.same(bashWords(line, breaks), { words, quote, kept }, JSON.stringify(line))
  t.same(bashWords('task db:up', ' =').kept, 0, 'somebody took the colon from the word breaks')
})

const hard = [
  'plain',
  'a b',
  "it's",
  '"q"',
  '$(exit 3)',
  '`exit 3`',
  'a\nb',
  'a\tb',
  'h!y',
  '*',
  '~',
  '#x',
  'b\\',
  'ä→🙂',
  '&;|',
  '-x',
]

t.test('what bash is given is that word for bash', async t => {
  const quotes = [
    ['', ''],
    ['"', '"'],
    ["'", "'"],
    ["$'", "'"],
  ] as const
  for (const [open, close] of quotes)
    for (const text of hard) {
      const typed = open + bashWord(text, open) + close
      const { stdout, status } = spawnSync('bash', ['-c', `printf %s ${typed}`], { encoding: 'utf8' })
      t.same([stdout, status], [text, 0], typed)
    }
})

t.test('bash gets what begins as the word does, without what readline keeps', async t => {
  const candidates = ['db:up', 'db:two words', 'build', 'a\u001b[31mb'].map(text => ({ text }))
  const answer = (line: string) => bashAnswer({ candidates }, bashWords(line, breaks))
  t.equal(answer('task '), '=db:up\n=db:two\\ words\n=build\n')
  t.equal(answer('task db:'), '=up\n=two\\ words\n')
  t.equal(answer('task "db:t'), '=db:two words\n')
  t.equal(answer('task x'), '')
  t.equal(bashAnswer({ candidates: [], filesFrom: 3 }, bashWords('task x', breaks)), 'files\n')
})

t.test('zsh and fish get all, with one line of each description', async t => {
  const completion = {
    candidates: [
      { text: 'db:up', describe: ' Up: \u001b[31mnow\u0007\tor never\nand more' },
      { text: 'back\\slash' },
      { text: 'new\nline', describe: '' },
      { text: 'bell\u0007' },
      { text: 'tab\t' },
    ],
  }
  t.same(zshAnswer(completion).split('\0'), [
    '',
    'db\\:up:Up: \\x1b[31mnow\\x07 or never',
    'back\\\\slash',
    'new\nline:',
    'tab\t',
    '',
  ])
  t.same(fishAnswer(completion).split('\0'), [
    '',
    'db:up\tUp: \\x1b[31mnow\\x07 or never',
    'back\\slash',
    'new\nline\t',
    '',
  ])
  t.equal(zshAnswer({ candidates: [], filesFrom: 0 }), '0\0')
  t.equal(fishAnswer({ candidates: [], filesFrom: 11 }), '11\0')
})

t.test('a word as it was typed into fish', async t => {
  const words: [typed: string, word: string][] = [
    ['', ''],
    ['--x=y', '--x=y'],
    ['"a b', 'a b'],
    ["'a \"b'c", 'a "bc'],
    ['a\\ b\\', 'a b\\'],
  ]
  for (const [typed, word] of words) t.equal(fishWord(typed), word)
})

t.test('an @ belongs to the word that it begins, as readline has it', t => {
  t.equal(bashWords('task @la', `${breaks}@`).kept, 0)
  t.equal(bashWords('task a@la', `${breaks}@`).kept, 1)
  t.end()
})
