import { overlayName, readMcp } from '../../config/mcp/read.ts'
import type { Phase } from './phase.ts'

/**
 * Takes out of a clone that is used again what the stages of a run that was cut off have installed under names that no other server has, before
 * its gateway is started. What was declared by hand stays, whatever it is called.
 */
export async function takeOutLeft(
  { places, exec, log }: Pick<Phase, 'places' | 'exec' | 'log'>,
  temporary: RegExp | undefined,
): Promise<void> {
  if (temporary === undefined) return
  const read = readMcp(places.clone)
  // What is wrong with it "up" tells.
  if (!read.ok) return
  for (const name of Object.keys(read.settings.servers)) {
    const place = read.placeOf(['servers', name])
    // Not `test`, which goes on from where one with the flag g was before.
    if (name.search(temporary) === -1 || place.from !== 'file' || place.file !== overlayName) continue
    await exec(process.execPath, ['client/cli/bin.mjs', 'mcp-server', 'remove', name])
    log(`took out ${name}, which a run that was cut off has left installed`)
  }
}
