/** What is run of CPython's tests, and what is known of them. */

/** The modules of the package `test`; each version has most of them. */
export const suites: string[] = [
  "test_socket",
  "test_asyncio.test_sock_lowlevel",
  "test_asyncio.test_streams",
  "test_asyncio.test_events",
  "test_asyncio.test_server",
  "test_asyncio.test_base_events",
  "test_asyncio.test_unix_events",
  "test_asyncio.test_selector_events",
  "test_asyncio.test_sendfile",
  "test_asyncio.test_buffered_proto",
  "test_asynchat",
  "test_asyncore",
  "test_docxmlrpc",
  "test_epoll",
  "test_ftplib",
  "test_httplib",
  "test_httpservers",
  "test_imaplib",
  "test_logging",
  "test_nntplib",
  "test_poll",
  "test_poplib",
  "test_robotparser",
  "test_select",
  "test_selectors",
  "test_smtpd",
  "test_smtplib",
  "test_socketserver",
  "test_ssl",
  "test_telnetlib",
  "test_timeout",
  "test_urllib2_localnet",
  "test_wsgiref",
  "test_xmlrpc",
];

const INTERNET = "it needs hosts of the internet";
const REFERENCES = "it counts references to objects of C";

/** Tests, or whole classes, that say nothing of the library; they are not run. */
export const notApplicable: Record<string, string> = {
  "test.test_httplib.HTTPSTest.test_networked": INTERNET,
  "test.test_httplib.HTTPSTest.test_networked_bad_cert": INTERNET,
  "test.test_httplib.HTTPSTest.test_networked_good_cert": INTERNET,
  "test.test_httplib.HTTPSTest.test_networked_noverification": INTERNET,
  "test.test_httplib.HTTPSTest.test_networked_trusted_by_default_cert":
    INTERNET,
  "test.test_nntplib.NetworkedNNTPTests": INTERNET,
  "test.test_nntplib.NetworkedNNTP_SSLTests": INTERNET,
  "test.test_robotparser.NetworkTestCase": INTERNET,
  "test.test_socket.GeneralModuleTests.testRefCountGetNameInfo": REFERENCES,
  "test.test_socket.GeneralModuleTests.testSendtoErrors":
    "it wants texts that name Python's types: 'str', 'complex'",
  "test.test_socket.GeneralModuleTests.test__sendfile_use_sendfile":
    "it is about an exception that is private to Python's socket.py",
  "test.test_socket.GeneralModuleTests.test_name_closed_socketio":
    "it wants the repr of a Python class",
  "test.test_socket.GeneralModuleTests.test_socket_type":
    "it wants the C class to be immutable",
  "test.test_socket.ThreadedVSOCKSocketStreamTest":
    "it waits forever where the kernel has no VSOCK transport, with CPython's own sockets too",
  "test.test_socketserver.MiscTestCase.test_threads_reaped":
    "it wants threads to end sooner than threads of the library may begin",
  "test.test_ssl.NetworkedTests": INTERNET,
  "test.test_timeout.TCPTimeoutTestCase": INTERNET,
};

/** Tests that the library does not pass by intent, as its documentation says. */
export const differences: Record<string, string> = {};
