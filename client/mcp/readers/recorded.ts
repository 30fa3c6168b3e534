import { contract } from '../../../services/contract/contract.ts'
import { fitItems } from '../fit-items.ts'
import { objectSchema } from '../json-schema.ts'
import { mostBytes, roomBeside, sizeOf } from '../part.ts'
import type { Reader } from '../reader.ts'
import { shortened } from '../shortened.ts'
import { callOperation } from '../tool-call.ts'

const name = 'debug.recorded'

/** What has been recorded: as many records as fit. `next` is that of the last one that is told, so that none is missed. */
export const recorded: Reader = {
  async first(input, call) {
    const { records, probes: all, ...rest } = await callOperation(name, input, call)
    const { value, paths } = shortened({ probes: all }, mostBytes / 2)
    const room = roomBeside({ ...rest, ...Object(value), records: [] }, '') - sizeOf(paths)
    const { items, shortened: within } = fitItems(records, room)
    const from = Number(input.from ?? 0)
    const last = records[items.length - 1]?.number ?? from
    const isCut = items.length < records.length
    const less = isCut ? { next: last, lost: Math.max(0, last - from - items.length), more: true } : {}
    const cut = [...paths, ...within.map(path => `records[].${path}`)]
    return {
      value: {
        ...{ ...rest, ...less },
        ...{ ...Object(value), records: items },
        ...(cut.length === 0 ? {} : { shortened: cut }),
      },
    }
  },
  next: undefined,
  output: () => objectSchema(contract[name].output, 'output'),
}
