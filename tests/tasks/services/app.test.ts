import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import t from 'tap'
import { declaredApps } from '../../../tasks/services/app.ts'

t.test("no script depends on the clone's path: with a blank in it PM2 would hand it to a shell", async t => {
  for (const [name, { script, cwd }] of declaredApps()) {
    t.notOk(isAbsolute(String(script)), name)
    t.ok(existsSync(join(String(cwd), String(script))), `${name} is found from its directory`)
  }
})
