import t from 'tap'
import {
  LineBreakpoints,
  type ToldBreakpoint,
} from '../../../../../services/runner/debug/node/line-breakpoints.ts'
import { Target } from '../../../../../services/runner/debug/node/target.ts'

/** A thread whose inspector says what it is told to, and what is told of breakpoints in it. */
function thread() {
  const told: ToldBreakpoint[] = []
  const asked: { id: number; method: string }[] = []
  const breakpoints: LineBreakpoints = new LineBreakpoints(
    'said',
    () => [target],
    breakpoint => told.push({ ...breakpoint }),
    () => 1,
  )
  const target = new Target(1, 'main', {
    write: text => asked.push(JSON.parse(text)),
    event(_, __, parameters) {
      const { breakpointId, location } = parameters as { breakpointId: string; location: never }
      void breakpoints.resolved(target, breakpointId, location)
    },
    mapPlace: { top: '/', shows: () => true },
  })
  target.scripts.add({ scriptId: '7', url: 'file:///app.js', sourceMapURL: '', isModule: false })
  return { asked, breakpoints, target, told }
}

const location = (lineNumber: number) => ({ scriptId: '7', lineNumber, columnNumber: 0 })

t.test('a place that comes with the answer to what was asked is heard of', async t => {
  const { asked, breakpoints, target, told } = thread()
  const answer = breakpoints.replace('/app.js', [{ line: 3 }])
  const set = asked.filter(({ method }) => method === 'Debugger.setBreakpointByUrl')
  t.equal(set.length, 2)
  for (const { id } of set) {
    const messages = [
      { id, result: { breakpointId: `of ${id}`, locations: [] } },
      {
        method: 'Debugger.breakpointResolved',
        params: { breakpointId: `of ${id}`, location: location(id === set[0]?.id ? 2 : 8) },
      },
    ]
    // In one piece: nothing else is done in between.
    for (const message of messages) target.connection.take(JSON.stringify(message))
  }
  t.ok(breakpoints.settled, 'what is said there waits until it is known whether it is the right line')
  t.same(await answer, [{ id: 1, verified: true, line: 3 }])
  await breakpoints.settled
  t.same(told, [{ id: 1, verified: true, line: 3 }])
  t.same(breakpoints.hit(target, [`of ${set[0]?.id}`], { path: '/app.js', line: 3 }), [1])
  t.match(
    asked.filter(({ method }) => method === 'Debugger.removeBreakpoint'),
    [{ params: { breakpointId: `of ${set[1]?.id}` } }],
    'one in another line is taken back',
  )
})
