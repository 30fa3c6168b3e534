import t from 'tap'
import { delveRig, noDelve } from './delve-rig.ts'

t.setTimeout(240_000)

const program = `package main

func fall(n int) int {
	words := []string{"a", "b"}
	return len(words[n])
}

func main() {
	fall(7)
}
`

t.test('a core dump is looked into, and does not go on', { skip: noDelve }, async t => {
  const { rig, session, run, state, stack, variables, refusal } = await delveRig(t, { 'main.go': program })
  const made = await rig.run(
    session,
    "go build -gcflags 'all=-N -l' -o app . && { ulimit -c unlimited; GOTRACEBACK=crash ./app; mv core* dump; }",
  )
  t.equal(made.status, 'succeeded', rig.stderr(made))
  const debug = await run({ path: 'app', core: 'dump' })
  t.match(debug.at, { status: 'stopped', stop: { reason: 'exception', description: 'core dump' } })
  const { frames } = await stack(debug)
  const frame = frames.find(({ name }) => name === 'main.fall')
  t.match(frame, { file: 'main.go', line: 5 })
  t.match((await variables(debug, { frame: frame?.index })).variables, [{ name: 'n', value: '7' }])
  t.match(await refusal(debug, 'debug.continue'), {
    code: 'debugger_refused',
    detail: /a core dump does not go on/,
  })
  t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })

  const said = async (path: string, core: string) => (await run({ path, core })).at.end
  t.match(await said('.', 'dump'), { reason: 'launch_failed', message: /which is built already/ })
  t.match(await said('app', 'none'), { reason: 'launch_failed', message: /^none: there is no such file/ })
})
