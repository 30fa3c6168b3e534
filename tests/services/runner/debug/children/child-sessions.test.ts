import t from 'tap'
import { systemClock } from '../../../../../lib/clock.ts'
import { debugSessionId } from '../../../../../services/contract/ids.ts'
import type { RunnerContext } from '../../../../../services/runner/context.ts'
import { ChildSessions, mostInAll } from '../../../../../services/runner/debug/children/child-sessions.ts'
import type { LiveDebugSession } from '../../../../../services/runner/debug/live-debug-session.ts'
import type { LiveDependencies } from '../../../../../services/runner/debug/live-dependencies.ts'

t.test(
  'a program that starts processes without an end has so many debugged, and is told of that once',
  async t => {
    let released = 0
    const said: unknown[] = []
    // What cannot be debugged is counted as well: nothing of this comes to a store.
    const context = { clock: systemClock, log: { error: () => undefined } } as unknown as RunnerContext
    const children = new ChildSessions(context, { add: () => undefined, remove: () => undefined })
    const deps = { said: (body: unknown) => said.push(body) } as unknown as LiveDependencies
    children.of({} as LiveDebugSession, deps, {} as never)
    const release = () => released++
    const never = () => {
      throw new Error('it is not debugged')
    }
    for (let pid = 1; pid <= mostInAll + 3; pid++) {
      children.came({ pid, parent: null, open: never, begin: never, release }, debugSessionId.create())
      await new Promise(resolve => setImmediate(resolve))
    }
    t.equal(released, mostInAll + 3)
    t.match(said, [{ output: /^process 1001 runs without a debugger: 1000 processes .* have been debugged/ }])
  },
)
