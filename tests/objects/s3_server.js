// node s3_server.js MODULES FOLDER [KEY CERTIFICATE]: an S3 server on a free port of 127.0.0.1 with one bucket, `valion`.
//
// s3rver takes any version 4 signature for good, so that each request is signed again here by aws4, a signer that shares
// nothing with ours, and refused as Amazon would refuse it when the two differ.
const path = require('path');
const [modules, directory, key, certificate] = process.argv.slice(2);
const aws4 = require(path.join(modules, 'node_modules', 'aws4'));
const S3rver = require(path.join(modules, 'node_modules', 's3rver'));
const fs = require('fs');

const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

function signatureIsGood(request) {
  const given = /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), /.exec(
    request.headers.authorization || '');
  if (!given) return false;
  const headers = {};
  for (const name of given[2].split(';')) headers[name] = request.headers[name];
  const signed = aws4.sign(
    { service: 's3', region: given[1], method: request.method, path: request.url, headers }, credentials);
  return signed.headers.Authorization === request.headers.authorization;
}

const server = new S3rver({
  directory, address: '127.0.0.1', port: 0, silent: true, vhostBuckets: false, configureBuckets: [{ name: 'valion' }],
  ...(key ? { key: fs.readFileSync(key), cert: fs.readFileSync(certificate) } : {}),
});
const serve = server.callback.bind(server);
server.callback = () => {
  const handle = serve();
  return (request, response) => {
    if (signatureIsGood(request)) return handle(request, response);
    request.resume();
    response.writeHead(403, { 'Content-Type': 'application/xml' });
    response.end('<Error><Code>SignatureDoesNotMatch</Code><Message>aws4 signs this differently</Message></Error>');
  };
};
server.run().then((address) => console.log(`listening on ${address.address}:${address.port}`));
