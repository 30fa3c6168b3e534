import t from 'tap'
import { isTrial, nameOfTrial } from '../../../../../services/runner/limits/cgroups/group-names.ts'

t.test('a trial goes on as long as just who has begun it is there', async t => {
  const name = nameOfTrial()
  t.ok(isTrial(name))
  const [, pid, startTime, random] = name.split('.')
  t.notOk(isTrial(`trial.${pid}.another${startTime}.${random}`), 'its pid is that of another process')
  t.notOk(isTrial(`trial.${2 ** 22 + 1}.${startTime}.${random}`))
  t.notOk(isTrial('cmd_1.1'))
})
