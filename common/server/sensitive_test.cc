// Plants a word in every field that the protos mark sensitive, and looks for it wherever a process
// speaks: errors, log, metrics.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "banso/type/v1/rules.pb.h"
#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/contract/proto_services.h"
#include "common/server/echo_server.h"
#include "common/server/log.h"
#include "common/server/metrics.h"
#include "common/server/server_state.h"
#include "common/status_macros.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::Reflection;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kCanary[] = "Canary4711Secret";
// How deep messages are searched for sensitive fields.
constexpr size_t kMaxDepth = 8;

// The fields from a message down to a sensitive one.
using Path = std::vector<const FieldDescriptor*>;

bool IsSensitive(const FieldDescriptor& field) {
  return field.options().GetExtension(type::v1::rules).sensitive();
}

void FindPaths(const Descriptor& type, Path* path, std::vector<Path>* found) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    const bool seen = std::any_of(path->begin(), path->end(), [&](const FieldDescriptor* outer) {
      return outer->containing_type() == field->message_type();
    });
    path->push_back(field);
    if (IsSensitive(*field)) {
      found->push_back(*path);
    } else if (field->message_type() != nullptr && !seen && path->size() < kMaxDepth) {
      FindPaths(*field->message_type(), path, found);
    }
    path->pop_back();
  }
}

std::vector<Path> PathsOf(const Descriptor& type) {
  Path path;
  std::vector<Path> found;
  FindPaths(type, &path, &found);
  return found;
}

void Plant(const Path& path, const std::string& text, Message* message) {
  for (const FieldDescriptor* field : path) {
    const Reflection* reflection = message->GetReflection();
    if (field->message_type() != nullptr) {
      message = field->is_repeated() ? reflection->AddMessage(message, field)
                                     : reflection->MutableMessage(message, field);
    } else if (field->is_repeated()) {
      reflection->AddString(message, field, text);
    } else {
      reflection->SetString(message, field, text);
    }
  }
}

void AddMarkedFields(const Descriptor& type, std::set<const FieldDescriptor*>* found) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (IsSensitive(*type.field(i))) found->insert(type.field(i));
  }
  for (int i = 0; i < type.nested_type_count(); ++i) AddMarkedFields(*type.nested_type(i), found);
}

// Every field of the suite that is marked.
std::set<const FieldDescriptor*> MarkedFields() {
  std::set<const FieldDescriptor*> found;
  for (const auto* file : contract::ProtoFiles()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      AddMarkedFields(*file->message_type(i), &found);
    }
  }
  return found;
}

// What a caller may send in a text: a good one, and what the rules refuse.
std::vector<std::string> Texts() {
  std::string long_text;
  for (int i = 0; i < 400; ++i) absl::StrAppend(&long_text, kCanary, " ");
  return {kCanary,
          long_text,
          absl::StrCat(kCanary, std::string(1, '\x01'), kCanary),
          absl::StrCat(kCanary, "\n", kCanary),
          absl::StrCat(kCanary, "\xff", kCanary),
          absl::StrCat("\xe2\x80\xae", kCanary),
          absl::StrCat(kCanary, "@")};
}

std::string TextOf(const absl::Status& status) {
  std::string text = status.ToString();
  status.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    absl::StrAppend(&text, "\n", type, " ", std::string(payload));
  });
  return text;
}

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// A server with every service of the suite, whose unary methods check their requests and then
// answer with an empty message; streams are not answered.
class EveryService {
 public:
  EveryService() {
    auto definition = std::make_unique<ServiceDefinition>("everything", &clock_, nullptr);
    definition->SetRoleSource(NoMembers());
    for (const auto* file : contract::ProtoFiles()) {
      for (int i = 0; i < file->service_count(); ++i) definition->Add(Answering(*file->service(i)));
    }
    auto process = ServerProcess::Start(std::move(definition), EchoServer::FastOptions());
    BANSO_CHECK(process.ok());
    process_ = *std::move(process);
    peer_ =
        std::make_unique<Peer>(PeerOptions{.name = "everything", .address = process_->address()});
  }

  const std::vector<const MethodDescriptor*>& methods() const { return methods_; }
  ServerProcess& process() { return *process_; }

  absl::Status Send(const MethodDescriptor& method, const Message& request) {
    absl::Notification done;
    absl::Status status;
    peer_->CallRaw(TestCall(), absl::StrCat(method.service()->full_name(), "/", method.name()),
                   request.SerializeAsString(), [&](const absl::StatusOr<std::string>& response) {
                     status = response.status();
                     done.Notify();
                   });
    done.WaitForNotification();
    return status;
  }

 private:
  Router Answering(const google::protobuf::ServiceDescriptor& service) {
    Router router(&service);
    for (int i = 0; i < service.method_count(); ++i) {
      const MethodDescriptor* method = service.method(i);
      if (method->client_streaming() || method->server_streaming()) continue;
      methods_.push_back(method);
      router.UntypedUnary(method->name(),
                          [](const Call&, const Message&, Message*) { return absl::OkStatus(); });
    }
    router.Forward(nowhere_);
    return router;
  }

  calendar::SystemClock clock_;
  Peer nowhere_{{.name = "nowhere"}};
  std::vector<const MethodDescriptor*> methods_;
  std::unique_ptr<ServerProcess> process_;
  std::unique_ptr<Peer> peer_;
};

class SensitiveTest : public testing::TempDirTest {
 protected:
  SensitiveTest() {
    TakeOverProtobufLog();
    BANSO_CHECK(OpenLogFile(TempFile("log")).ok());
    SetLogLevel(LogLevel::kDebug);
  }
  ~SensitiveTest() override {
    SetLogLevel(LogLevel::kInfo);
    static_cast<void>(OpenLogFile("/dev/stderr"));
  }

  std::string LogText() const {
    std::ifstream file(TempFile("log"), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
};

TEST_F(SensitiveTest, NothingOfACallIsToldInErrorsLogOrMetrics) {
  EveryService server;
  std::set<const FieldDescriptor*> reached;
  int refused = 0;
  for (const MethodDescriptor* method : server.methods()) {
    for (const Path& path : PathsOf(*method->input_type())) {
      reached.insert(path.back());
      for (const std::string& text : Texts()) {
        const std::unique_ptr<Message> request = NewMessage(method->input_type());
        Plant(path, text, request.get());
        const absl::Status status = server.Send(*method, *request);
        refused += status.ok() ? 0 : 1;
        ASSERT_THAT(TextOf(status), Not(HasSubstr(kCanary)))
            << method->full_name() << " " << path.back()->full_name();
      }
    }
  }
  EXPECT_GE(reached.size(), 4u);
  EXPECT_GE(refused, 20);
  const std::string log = LogText();
  EXPECT_THAT(log, HasSubstr("\"code\":\"INVALID_ARGUMENT\""));
  EXPECT_FALSE(absl::StrContains(log, kCanary));
  EXPECT_FALSE(absl::StrContains(CallMetrics::OfProcess().Text(), kCanary));
  EXPECT_FALSE(absl::StrContains(StateMetrics({server.process().state()}, absl::Now()), kCanary));
}

TEST_F(SensitiveTest, NoMessageOfTheSuiteTellsOfThemWhenItIsChecked) {
  std::set<const FieldDescriptor*> reached;
  for (const auto* file : contract::ProtoFiles()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const Descriptor* type = file->message_type(i);
      for (const Path& path : PathsOf(*type)) {
        // Whatever else becomes sensitive must be planted here first.
        ASSERT_EQ(path.back()->type(), FieldDescriptor::TYPE_STRING) << path.back()->full_name();
        reached.insert(path.back());
        for (const std::string& text : Texts()) {
          const std::unique_ptr<Message> message = NewMessage(type);
          Plant(path, text, message.get());
          const std::unique_ptr<Message> stored(message->New());
          stored->CopyFrom(*message);
          ASSERT_THAT(TextOf(contract::Check(message.get())), Not(HasSubstr(kCanary)))
              << path.back()->full_name();
          ASSERT_THAT(TextOf(contract::CheckResource("resource", stored.get())),
                      Not(HasSubstr(kCanary)))
              << path.back()->full_name();
        }
      }
    }
  }
  EXPECT_EQ(reached, MarkedFields());
  // As many as there are now; a new one raises this.
  EXPECT_GE(reached.size(), 37u);
}

// The search finds what is told: a field that is not sensitive is.
TEST_F(SensitiveTest, WhatIsNotSensitiveIsToldInErrors) {
  EchoServer server;
  const absl::Status status = server.Echo(TestCall(), Texts()[1]).status();
  EXPECT_THAT(TextOf(status), HasSubstr(kCanary));
  Call call = TestCall();
  call.actor = kCanary;
  ASSERT_THAT(server.Echo(call, "x"), IsOk());
  EXPECT_THAT(LogText(), HasSubstr(kCanary));
}

}  // namespace
}  // namespace banso::server
