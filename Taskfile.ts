import { bench } from './tasks/bench/tasks.ts'
import { bootstrap } from './tasks/bootstrap/tasks.ts'
import { chaos } from './tasks/chaos/tasks.ts'
import { code, docs, docsWrite, lint, rules, types } from './tasks/check/code-tasks.ts'
import { check } from './tasks/check/tasks.ts'
import { clean } from './tasks/clean/tasks.ts'
import { dbBackup, dbCurrent, dbDowngrade, dbHistory, dbRestore, dbUpgrade } from './tasks/database/tasks.ts'
import { down, logs, reload, restart, serve, status, up } from './tasks/services/tasks.ts'
import { smoke } from './tasks/smoke/tasks.ts'
import { test } from './tasks/test/tasks.ts'
import { tokenCreate, tokenList, tokenRevoke } from './tasks/tokens/tasks.ts'
import { verifyClean } from './tasks/verify-clean/tasks.ts'

export default {
  up,
  serve,
  down,
  status,
  restart,
  reload,
  logs,
  bootstrap,
  check,
  code,
  lint,
  types,
  rules,
  docs,
  'docs:write': docsWrite,
  clean,
  'db:upgrade': dbUpgrade,
  'db:downgrade': dbDowngrade,
  'db:history': dbHistory,
  'db:current': dbCurrent,
  'db:backup': dbBackup,
  'db:restore': dbRestore,
  'token:create': tokenCreate,
  'token:list': tokenList,
  'token:revoke': tokenRevoke,
  test,
  bench,
  chaos,
  smoke,
  'verify-clean': verifyClean,
}
