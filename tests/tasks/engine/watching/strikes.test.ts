import t from 'tap'
import { Strikes } from '../../../../tasks/engine/watching/strikes.ts'

/** What is thought of a task after each of some runs: `!` its inputs changed in it, `.` they did not. */
function opinions(runs: string): string[] {
  const strikes = new Strikes()
  return [...runs].map(run => {
    if (run === '!') strikes.hit('a')
    const opinion = strikes.isOwnDoing('a') ? 'own doing' : strikes.interrupts('a') ? 'interrupts' : 'waits'
    strikes.next(['a'])
    return opinion
  })
}

t.test(
  'the first changes interrupt a run, the next wait for its end, and then it is the task itself',
  async t => {
    t.same(opinions('!!!!!!'), ['interrupts', 'interrupts', 'waits', 'waits', 'own doing', 'own doing'])
  },
)

t.test('a run in which nothing changed makes it all begin again', async t => {
  t.same(opinions('!!!.!').at(-1), 'interrupts')
  t.same(opinions('!!!!!.!').at(-1), 'interrupts')
})

t.test('a run that has not come to a task says nothing of it', async t => {
  const strikes = new Strikes()
  for (let i = 0; i < 2; i++) {
    strikes.hit('a')
    strikes.next(['a'])
  }
  strikes.next(['b'])
  strikes.hit('a')
  t.notOk(strikes.interrupts('a'))
  t.ok(strikes.interrupts('b'))
})
