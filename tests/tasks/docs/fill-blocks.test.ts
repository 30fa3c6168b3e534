import t from 'tap'
import { fillBlocks } from '../../../tasks/docs/fill-blocks.ts'

const blocks = { first: () => 'one\n\ntwo', second: () => '$& $1' }

const page = (first: string, second: string) => `# A page

<!-- generated: first -->
${first}<!-- /generated -->

By hand.

<!-- generated: second -->
${second}<!-- /generated -->
`

t.test('what stands between the marks is replaced, and nothing else', t => {
  const filled = page('\none\n\ntwo\n\n', '\n$& $1\n\n')
  t.equal(fillBlocks(page('', ''), blocks), filled)
  t.equal(fillBlocks(page('stale\n', 'stale\n## more\n'), blocks), filled)
  t.equal(fillBlocks(filled, blocks), filled, 'twice changes nothing')
  t.equal(fillBlocks('no marks\n', blocks), 'no marks\n')
  t.end()
})

t.test('a mark that means nothing is named', t => {
  t.throws(() => fillBlocks('<!-- generated: third -->\n<!-- /generated -->\n', blocks), {
    message: 'there is no generated text "third"',
    fix: 'name one of first, second',
  })
  for (const broken of ['<!-- generated: first -->\n', '<!-- /generated -->\n', page('', '').slice(0, -20)])
    t.throws(() => fillBlocks(broken, blocks), { message: 'a mark of generated text has no counterpart' })
  t.end()
})
