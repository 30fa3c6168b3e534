import t from 'tap'
import { cautiousClock } from '../../../../services/runner/sessions/cautious-clock.ts'

t.test('a clock that is never ahead', async t => {
  let wall = 1_000_000
  let elapsed = 500
  const clock = cautiousClock({ now: () => wall }, { elapsed: () => elapsed })
  const pass = (milliseconds: number) => {
    wall += milliseconds
    elapsed += milliseconds
  }
  t.equal(clock.now(), 1_000_000)
  pass(50)
  t.equal(clock.now(), 1_000_050, 'it goes with the one on the wall')
  wall += 3_600_000
  t.equal(clock.now(), 1_000_050, 'but not where that is set forward')
  pass(50)
  t.equal(clock.now(), 1_000_100)
  wall -= 7_200_000
  t.equal(clock.now(), wall, 'and back with it')
})
