import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { commandFault, docsFaults } from '../../../tasks/check/docs.ts'
import { anchorsIn, commandsIn, linksIn } from '../../../tasks/check/markdown.ts'
import { directory } from '../bootstrap/place.ts'

const page = `# A page: of *ours*

See [there](docs/there.md#a-second), ![this](pic.png "a title"), [out](https://example.org), [up](#a-page-of-ours).
\`[not](a-link.md)\`, and \`npx task up\`.

\`\`\`sh
npx task up      # comment
# only a comment
git log \\
  -1
\`\`\`

## \`code\` (and more)
## Twice
## Twice

[ref]: docs/there.md
`

t.test('what a page says', async t => {
  t.same(linksIn(page), [
    'docs/there.md#a-second',
    'pic.png',
    'https://example.org',
    '#a-page-of-ours',
    'docs/there.md',
  ])
  t.same([...anchorsIn(page)], ['a-page-of-ours', 'code-and-more', 'twice', 'twice-1'])
  t.same(commandsIn(page), ['npx task up', 'git log -1', 'npx task up'])
})

t.test('faults name the page and what leads nowhere', async t => {
  const root = directory(t)
  mkdirSync(join(root, 'docs'))
  writeFileSync(join(root, 'README.md'), page)
  writeFileSync(join(root, 'docs/there.md'), '# There\n\n[back](../README.md#twice-1), [out](../../x.md)\n')
  t.same(docsFaults(root, ['README.md', 'docs/there.md'], ['up']), [
    'README.md: docs/there.md#a-second: docs/there.md has no heading of that name',
    'README.md: pic.png leads nowhere',
    'docs/there.md: ../../x.md leads out of the project',
  ])
})

t.test('commands: tasks, files and programs that exist', async t => {
  const root = directory(t)
  writeFileSync(join(root, 'run.ts'), '')
  const tasks = ['up', 'db:backup', 'db:restore']
  const right = [
    'npx task up',
    'npx task',
    'npx task --list',
    'npx task NAME --help',
    'npx task graph --format dot',
    'npx task db:backup FILE | db:restore FILE',
    'DEBUG_SERVER__API__PORT=1 npx task up',
    'npx debug-server session create',
    'node run.ts',
    'node -e 0',
    'git status',
  ]
  for (const command of right) t.equal(commandFault(root, command, tasks), undefined, command)
  const wrong: [string, RegExp][] = [
    ['npx task upp', /there is no task "upp", did you mean "up"\?/],
    ['npx task db:backup FILE | db:gone FILE', /there is no task "db:gone"/],
    ['npx cowsay', /what is "cowsay"\?/],
    ['node gone.ts', /there is no gone\.ts/],
    ['frobnicate now', /what is "frobnicate"\?/],
  ]
  for (const [command, fault] of wrong) t.match(commandFault(root, command, tasks), fault, command)
})

t.test('a page may be about a Taskfile that it shows, and about no other', async t => {
  const root = directory(t)
  const taskfile = '```ts\nconst build = task({})\n\nexport default { build, lint: build }\n```\n'
  writeFileSync(
    join(root, 'a.md'),
    `${taskfile}\n\`\`\`sh\nnpx task build\nnpx task lint\nnpx task bulid\n\`\`\`\n`,
  )
  t.same(docsFaults(root, ['a.md'], ['up']), [
    'a.md: npx task bulid: there is no task "bulid", did you mean "build"?',
  ])
})
