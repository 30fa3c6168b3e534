import t from 'tap'
import { nodeRig } from './node-rig.ts'

t.setTimeout(120_000)

const deep = (levels: number) =>
  `${'{"callFrames":[],"parent":'.repeat(levels)}{"callFrames":[]}${'}'.repeat(levels)}`
const map = encodeURIComponent('{"version":3,"sources":["file://elsewhere/x"],"mappings":"AAAA"}')
const script = (more: string) => `{"method":"Debugger.scriptParsed","params":{"scriptId":"1",${more}}}`
const location = '{"scriptId":"1","lineNumber":0}'
const frame = `{"callFrameId":"1","functionName":"f","location":${location},"scopeChain":[],"this":{"type":"x"}}`

/** What a program may say in place of its inspector. */
const messages = [
  ...['no JSON', '{}', '[]', 'null', '{"id":1,"result":5}', '{"id":1,"error":{"message":"no"}}'],
  `{"method":"Debugger.paused","params":{"reason":"x","callFrames":[],"asyncStackTrace":${deep(100_000)}}}`,
  `{"method":"Debugger.paused","params":{"reason":"x","callFrames":[${frame}],"hitBreakpoints":[""]}}`,
  '{"method":"Debugger.paused","params":{}}',
  script(`"url":"file:///a.js","sourceMapURL":"data:application/json,${map}"`),
  script('"url":"file://elsewhere/a.js","sourceMapURL":"/etc/passwd"'),
  script(`"url":"${'x'.repeat(100_000)}","sourceMapURL":"%"`),
  `{"method":"Debugger.breakpointResolved","params":{"breakpointId":"x","location":${location}}}`,
  '{"method":"Runtime.bindingCalled","params":{"name":"x","payload":"["}}',
  '{"method":"NodeWorker.attachedToWorker","params":{"sessionId":"1","workerInfo":{"workerId":"1","url":""}}}',
  '{"method":"NodeWorker.receivedMessageFromWorker","params":{"sessionId":"1","message":"{"}}',
  '{"method":"NodeWorker.detachedFromWorker","params":{"sessionId":"1"}}',
]

t.test('a program that speaks to its debugger itself is debugged all the same', async t => {
  const { debug } = nodeRig(t, {
    'messages.json': JSON.stringify(messages),
    'app.cjs': `const { connect } = require('node:net')
const hello = '{"method":"$hello","params":{"pid":1,"node":"24.0.0","script":"/x"}}\\n'
const said = require('./messages.json').map(message => hello + message + '\\n')
const all = [...said, hello + said.join(''), 'no hello\\n', '', ...Array(300).fill('{')]
for (const text of all) {
  const socket = connect(process.env.DEBUG_SERVER_NODE).on('error', () => undefined)
  if (text === '') socket.end()
  else socket.write(text)
}
setTimeout(() => {
  console.log('here')
  process.exit(3)
}, 1_000)
`,
  })
  const run = await debug('app.cjs', { breakpoints: { 'app.cjs': [{ line: 12 }] }, follows: true })
  t.match(await run.next(), { reason: 'breakpoint', debugServerFrame: { line: 12 } })
  t.equal(await run.go('continue'), 'terminated')
  t.equal(await run.ended, 3)
})
