#include "common/server/router.h"

#include "banso/type/v1/operations.pb.h"
#include "common/server/testdata/echo.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using testdata::EchoRequest;
using testdata::EchoResponse;
using ::testing::ElementsAre;

constexpr char kEchoService[] = "banso.server.testdata.EchoService";

absl::StatusOr<EchoResponse> Echo(const Call&, const EchoRequest&) { return EchoResponse(); }

struct Api {
  absl::StatusOr<EchoResponse> Echo(const Call&, const EchoRequest&) const {
    return EchoResponse();
  }
};

TEST(RouterTest, NamesTheMethodsWithoutHandlerInTheProtosOrder) {
  Router router(kEchoService);
  EXPECT_THAT(router.Unhandled(), ElementsAre("Echo", "EchoRaw", "Repeat", "Join", "Watch"));
  router.Unary<EchoRequest, EchoResponse>("Echo", &Echo);
  EXPECT_THAT(router.Unhandled(), ElementsAre("EchoRaw", "Repeat", "Join", "Watch"));
}

TEST(RouterTest, ReadsTypesFromFunctionsLambdasAndMembers) {
  Router function(kEchoService);
  function.Unary("Echo", &Echo);
  Router lambda(kEchoService);
  lambda.Unary("Echo", [](const Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    return EchoResponse();
  });
  Router member(kEchoService);
  Api api;
  member.Unary("Echo", &Api::Echo, &api);
  for (const Router* router : {&function, &lambda, &member}) {
    EXPECT_THAT(router->Unhandled(), ElementsAre("EchoRaw", "Repeat", "Join", "Watch"));
  }
}

TEST(RouterDeathTest, EndsTheProgramOnAWrongRegistration) {
  ::testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(Router("banso.NoService"), "no service banso.NoService");
  EXPECT_DEATH(Router(kEchoService).Unary("Sing", &Echo), "no method Sing");
  EXPECT_DEATH(Router(kEchoService).Unary("Echo", &Echo).Unary("Echo", &Echo), "two handlers");
  EXPECT_DEATH(Router(kEchoService).Unary("Watch", &Echo), "not of the proto's kind");
  EXPECT_DEATH(
      Router(kEchoService)
          .Unary("Echo",
                 [](const Call&, const EchoRequest&) -> absl::StatusOr<type::v1::GetTimeResponse> {
                   return type::v1::GetTimeResponse();
                 }),
      "the proto says");
}

}  // namespace
}  // namespace banso::server
