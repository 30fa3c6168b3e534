import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Program } from '../rig.ts'

const program = await Program.start('files')
t.teardown(() => program[Symbol.asyncDispose]())
const count = 100_000

const make = (directory: string, files: number) => {
  mkdirSync(join(program.worktree, directory, 'zz-directory'), { recursive: true })
  const script = `import os,sys\nos.chdir(sys.argv[1])\nfor i in range(${files}): os.close(os.open(f"{i:06}", os.O_CREAT | os.O_WRONLY))`
  execFileSync('python3', ['-c', script, join(program.worktree, directory)])
}

/** The names of so many pages, one after the other. */
async function namesOf(directory: string, limit: number, pages: number): Promise<string[]> {
  const names: string[] = []
  let path: string | undefined = `tree?path=${directory}&limit=${limit}`
  for (let page = 0; page < pages && path !== undefined; page++) {
    const { text, headers } = await program.ask(`/${path}`)
    const entries: { name: string }[] = JSON.parse(text)
    names.push(...entries.map(({ name }) => name))
    path = /<([^>]+)>; rel="next"/.exec(String(headers.link))?.[1]
  }
  return names
}

t.test('a directory is told page by page, each entry once', async t => {
  make('some', 2_000)
  const names = await namesOf('some', 300, 100)
  t.equal(names[0], 'zz-directory', 'directories first')
  t.same(
    names.slice(1),
    Array.from({ length: 2_000 }, (_, index) => `${index}`.padStart(6, '0')),
  )
})

t.test('one of 100,000 entries is told in bounded pieces', async t => {
  make('many', count)
  const names = await namesOf('many', 10_000, 2)
  t.equal(names.length, 20_000)
  t.equal(names.at(-1), '019998')
  const page = await program.ask('/view/many/')
  t.match(page, { status: 200 })
  t.ok(page.body.length < 300_000)
  const [, more = ''] = /href="(\?after=[\w-]+)">More/.exec(page.text) ?? []
  t.match((await program.ask(`/view/many/${more}`)).text, '>000999<')
  const whole: { name: string; children: unknown[]; truncated?: true }[] = JSON.parse(
    (await program.ask('/tree?path=.&depth=2')).text,
  )
  t.match(whole[0], { name: 'many', truncated: true })
  t.equal(whole[0]?.children.length, 9_998)
})
