/** Where a value of the configuration was written. */
export type Place =
  | {
      readonly from: 'file'
      /** Relative to the workspace where it lies there, else absolute. */
      readonly file: string
      /** Counted from 1; undefined where it is not known. */
      readonly line: number | undefined
      readonly column?: number | undefined
    }
  | { readonly from: 'variable'; readonly name: string }
  | { readonly from: 'default' }

/** As a person reads it, and as editors and terminals open it: `config/server.toml:12`. */
export function placeText(place: Place): string {
  switch (place.from) {
    case 'file':
      return [place.file, place.line, place.column].filter(part => part !== undefined).join(':')
    case 'variable':
      return place.name
    case 'default':
      return 'default'
  }
}
