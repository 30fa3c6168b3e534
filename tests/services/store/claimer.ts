import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { commandId } from '../../../services/contract/ids.ts'
import { startCommand } from '../../../services/store/commands.ts'
import { openStore } from '../../../services/store/store.ts'
import { now } from './store-rig.ts'

/** A thread with a connection of its own that claims every command it is given, and tells which ones it got. */
const { path, ids } = z.object({ path: z.string(), ids: z.array(commandId.schema) }).parse(workerData)
await using store = await openStore(path)
const claimed: string[] = []
for (const id of ids) if (await startCommand(store, id, now())) claimed.push(id)
parentPort?.postMessage(claimed)
