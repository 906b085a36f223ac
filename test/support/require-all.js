/** Names every skipped test; with REQUIRE_ALL=1 (in CI) a skipped test fails the run. */
module.exports = class RequireAll {
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap(({ testResults }) =>
      testResults.filter(({ status }) => status === 'pending' || status === 'todo').map(({ fullName }) => fullName),
    );
    for (const name of skipped) console.error(`SKIPPED ${name}`);
    if (skipped.length > 0 && process.env.REQUIRE_ALL === '1')
      this.error = new Error(`${skipped.length} tests were skipped`);
  }

  getLastError() {
    return this.error;
  }
};
