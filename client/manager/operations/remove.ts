import { didYouMean } from '../../../lib/suggest.ts'
import { UserError } from '../../../lib/user-error.ts'
import { visible } from '../../../lib/visible.ts'
import { changeOverlay, type Overlay } from '../change-overlay.ts'
import { directoryUsed } from '../packages/package-place.ts'
import { declaredByPeople } from './manager-settings.ts'
import { forgetOffer } from './offers.ts'
import { alone, type Place } from './place.ts'
import type { Details, Report } from './report.ts'
import { removeUnused, unusedOf } from './unused-packages.ts'

export type RemoveInput = { readonly name: string; readonly dry_run: boolean }

/** Takes a server away that was installed, with its package where nobody else uses it, and what is kept of what it offered. */
export async function remove(
  { name, dry_run: dryRun }: RemoveInput,
  place: Place,
  report: Report,
): Promise<Details> {
  const { root, signal } = place
  const work = async (): Promise<Details> => {
    let removed: string[] = []
    const { file, settings } = await changeOverlay(root, {
      ...{ dryRun, signal },
      change: ({ servers, composites }) => {
        const { [name]: gone, ...rest } = servers
        if (gone === undefined || !Object.hasOwn(servers, name)) throw notInstalled(name, servers, place)
        removed = [directoryUsed(gone.command) ?? []].flat()
        return { servers: rest, composites }
      },
    })
    report.files.push(file)
    const isStill = Object.hasOwn(settings.servers, name)
    const offer = isStill ? undefined : await forgetOffer(root, name, dryRun)
    if (offer !== undefined) report.files.push(offer)
    const packages = dryRun ? unusedOf(settings, removed) : await removeUnused(root, settings, removed)
    return { target: name, dry_run: dryRun, packages_removed: packages }
  }
  return dryRun ? await work() : await alone(place, work)
}

function notInstalled(name: string, servers: Overlay['servers'], place: Place): UserError {
  const shown = `"${visible(name.slice(0, 100))}"`
  if (Object.hasOwn(declaredByPeople(place).servers, name))
    return new UserError(`the server ${shown} was declared by hand, so the manager does not remove it`, {
      fix: 'take its table out of config/mcp.local.toml, or have it say: enabled = false',
    })
  const names = Object.keys(servers)
  return new UserError(`no server ${shown} is installed`, {
    fix: didYouMean(name, names) ?? (names.length === 0 ? 'none is' : `installed are: ${names.join(', ')}`),
  })
}
