import type { AppPlaceholder } from '../../../config/app-schema.ts'

export type Filling = Readonly<Record<AppPlaceholder, string>>

/** The words of an app with what stands in braces there; what is no name of ours stays as it is. */
export const fillIn = (text: string, filling: Filling): string =>
  text.replaceAll(/\{([a-z_]+)\}/g, (whole, name: string) =>
    isPlaceholder(name, filling) ? filling[name] : whole,
  )

const isPlaceholder = (name: string, filling: Filling): name is AppPlaceholder => Object.hasOwn(filling, name)
