import t from 'tap'
import { PauseRequest } from '../../../../../services/runner/debug/node/pause-request.ts'

function request() {
  const answers: (() => void)[] = []
  return { answers, pause: new PauseRequest(taken => answers.push(taken)) }
}

t.test('a pause is told once the thread runs', async t => {
  const { answers, pause } = request()
  pause.held()
  pause.want()
  t.equal(answers.length, 0, 'the inspector would pass it over')
  t.equal(pause.isWanted, true)
  pause.resumed()
  pause.want()
  t.equal(answers.length, 1, 'a second would stop it twice')
})

t.test('a pause is told again where the thread stood before the inspector had taken it', async t => {
  const { answers, pause } = request()
  pause.want()
  pause.held()
  answers[0]?.()
  pause.resumed()
  t.equal(answers.length, 2)
})

t.test('a pause that the inspector has taken is not told again', async t => {
  const { answers, pause } = request()
  pause.want()
  answers[0]?.()
  pause.held()
  pause.resumed()
  t.equal(answers.length, 1, 'it comes when the thread has gone on from a breakpoint of the bridge')
  pause.met()
  t.equal(pause.isWanted, false)
  pause.want()
  t.equal(answers.length, 2)
})
