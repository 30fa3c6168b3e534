import { bench } from './tasks/bench/tasks.ts'
import { bootstrap } from './tasks/bootstrap/tasks.ts'
import { check } from './tasks/check/tasks.ts'
import { down, logs, restart, status, up } from './tasks/services/tasks.ts'
import { test } from './tasks/test/tasks.ts'

export default { up, down, status, restart, logs, bootstrap, check, test, bench }
