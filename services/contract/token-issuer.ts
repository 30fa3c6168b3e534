/** Who issues what this server signs, and for whom: the `iss` and `aud` of its JSON Web Tokens. */
export const tokenIssuer = 'debug-server'
