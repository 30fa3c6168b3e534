import t from 'tap'
import { isReport } from '../../../../../../services/runner/apps/programs/terminal/protocol.ts'

const reports = [
  '\x1b[5;5R',
  '\x1b[?62;22c',
  '\x1b[0n',
  '\x1b[?2004;1$y',
  '\x1b[?1u',
  '\x1b[I',
  '\x1b]11;rgb:0/0/0\x07',
]
const typed = ['', 'x', '\x1b', '\x1b[A', '\x1b[97;5u', '\x1b[13;2u', '\x1b[200~text\x1b[201~', '\x1b[Ix']

for (const text of reports)
  t.test(`${JSON.stringify(text)} is what a terminal says`, async t => t.ok(isReport(Buffer.from(text))))
for (const text of typed)
  t.test(`${JSON.stringify(text)} is what somebody types`, async t => t.notOk(isReport(Buffer.from(text))))
