import { z } from 'zod'
import { placeOf } from '../../store/place.ts'

/** How lists are ordered: see `Order`. */

export const byName = { key: z.string(), keyOf: ({ name }: { readonly name: string }) => name }

export const byAge = {
  key: z.tuple([z.string(), z.string()]),
  keyOf: placeOf,
}
