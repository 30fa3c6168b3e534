import { serverSchema } from '../../../config/schema.ts'
import { systemClock } from '../../../lib/clock.ts'
import { createLog } from '../../../lib/log.ts'
import { startApi } from '../../../services/api/api.ts'
import { instanceId } from '../../../services/contract/ids.ts'
import { dataFiles } from '../../../services/store/files.ts'
import { openStore, type Store } from '../../../services/store/store.ts'

/**
 * An API that is killed by its first session: as its row has been written but not committed, or as it has been committed
 * and nobody was told. Arguments: `before` or `after` the commit, the store, a directory. Prints its address.
 */
const [, , moment = '', storeFile = '', directory = ''] = process.argv
const store = await openStore(storeFile)
const die = () => process.kill(process.pid, 'SIGKILL')

const dying: Store = {
  ...store,
  async write(work) {
    let made = false
    const result = await store.write(async transaction => {
      const value = await work(transaction)
      made = (await transaction.selectFrom('sessions').select('id').execute()).length > 0
      if (made && moment === 'before') die()
      return value
    })
    if (made) die()
    return result
  },
}

const { sessions, runner, api: requests } = serverSchema.parse({})
const api = await startApi({
  store: dying,
  files: dataFiles(directory),
  clock: systemClock,
  log: createLog('api', process.stderr),
  instance: instanceId.create(),
  version: '1.2.3',
  listen: { host: '127.0.0.1', port: 0 },
  runnerSocket: `${directory}/none.sock`,
  allowedSchemes: ['https'],
  allowedOrigins: [],
  requests,
  streamsPerUser: 1,
  debugSessions: 1,
  environments: { default: ['none'] },
  sessions,
  commands: runner,
  environment: {},
})
process.stdout.write(`${api.url}\n`)
