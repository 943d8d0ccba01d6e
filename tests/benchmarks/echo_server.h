#ifndef BANSO_TESTS_BENCHMARKS_ECHO_SERVER_H_
#define BANSO_TESTS_BENCHMARKS_ECHO_SERVER_H_

#include <string>

namespace banso::benchmarks {

// Serves until SIGTERM, and writes its ports to `port_file`; returns the exit status. Both answer
// AccountsService/GetAccount with the bytes of the file `answer`, whatever they are asked:
//   echo   by common/server, as a handler that reads neither request nor store
//   bare   by gRPC alone: a reactor that finishes at once
int ServeEcho(const std::string& answer, const std::string& port_file);

}  // namespace banso::benchmarks

#endif  // BANSO_TESTS_BENCHMARKS_ECHO_SERVER_H_
