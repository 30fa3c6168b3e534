import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { languages, missingFor } from '../matrix/languages.ts'
import { registersWork } from './registers-work.ts'

t.test(
  'debug registers have an effect where gdb itself stops for what it watches with them',
  { skip: missingFor(languages.gdb) ?? false },
  async t => {
    const directory = t.testdir()
    const source = join(directory, 'a.c')
    writeFileSync(source, 'int watched;\nint main(void) {\n  watched = 7;\n  return watched - 7;\n}\n')
    execFileSync('gcc', ['-g', '-O0', '-o', join(directory, 'a'), source])
    const words = ['break main', 'run', 'watch watched', 'continue'].flatMap(word => ['-ex', word])
    const said = execFileSync('gdb', ['-nx', '-q', '-batch', ...words, join(directory, 'a')], {
      encoding: 'utf8',
      timeout: 60_000,
    })
    t.match(said, /Hardware watchpoint 2: watched/)
    t.equal(await registersWork(), /New value = 7/.test(said), said)
  },
)
