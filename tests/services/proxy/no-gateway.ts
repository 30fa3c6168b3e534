/** For a proxy that nobody asks for MCP. */
export const noGateway = () => Promise.reject(new Error('this test has no gateway'))
