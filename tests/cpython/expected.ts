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
  "test_telnetlib",
  "test_timeout",
  "test_urllib2_localnet",
  "test_wsgiref",
  "test_xmlrpc",
];

/** Tests, or whole classes, that say nothing of the library; they are not run. */
export const notApplicable: Record<string, string> = {
  "test.test_socket.ThreadedVSOCKSocketStreamTest":
    "it waits forever where the kernel has no VSOCK transport, with CPython's own sockets too",
};

/** Tests that the library does not pass by intent, as its documentation says. */
export const differences: Record<string, string> = {};
