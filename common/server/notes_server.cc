#include "common/server/notes_server.h"

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/server/changes_service.h"
#include "common/server/echo_server.h"
#include "common/status_macros.h"
#include "common/storage/open.h"

namespace banso::server {
namespace {

using testdata::Note;

const absl::Time kStart = absl::FromUnixSeconds(1743465600);

void CheckOk(const absl::Status& status) {
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  BANSO_CHECK(status.ok());
}

fact::v1::FactType Type(const std::string& name, fact::v1::SubjectKind subject) {
  fact::v1::FactType type;
  type.set_name(name);
  type.set_value_type(type::v1::VALUE_TYPE_NUMBER);
  type.set_subject(subject);
  return type;
}

}  // namespace

std::unique_ptr<storage::Database> OpenNotes(const std::string& path, const std::string& service) {
  auto database = storage::OpenSqlite(
      {.path = path,
       .service = service,
       .migrations = {{.number = 1, .name = "notes", .sql = "CREATE TABLE note ({resource});"}}});
  CheckOk(database.status());
  return *std::move(database);
}

const storage::Collection<Note>& Notes() {
  static const auto* notes =
      new storage::Collection<Note>({.table = "note", .pattern = "notes/{note}", .columns = {}});
  return *notes;
}

int64_t PutNote(storage::Database& database, const std::string& id, const std::string& text) {
  Note note;
  note.set_name(absl::StrCat("notes/", id));
  note.set_text(text);
  const auto position = database.Write(ServiceCall("notes", kStart), [&](storage::Writer& writer) {
    return Notes().Put(writer, note).status();
  });
  CheckOk(position.status());
  return *position;
}

std::string GetNote(storage::Database& database, const std::string& id) {
  std::string text;
  CheckOk(database.Read([&](storage::Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const auto note, Notes().Find(reader, absl::StrCat("notes/", id)));
    if (note.has_value()) text = note->text();
    return absl::OkStatus();
  }));
  return text;
}

int64_t CountNotes(storage::Database& database) {
  int64_t count = 0;
  CheckOk(database.Read([&](storage::Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(count, Notes().Count(reader, ""));
    return absl::OkStatus();
  }));
  return count;
}

int64_t RecordFact(storage::Database& database, const std::string& subject, const std::string& fact,
                   double number) {
  fact::v1::FactChange change;
  change.set_subject(subject);
  change.set_fact(fact);
  change.mutable_value()->set_number(number);
  const auto position = database.Write(ServiceCall("notes", kStart), [&](storage::Writer& writer) {
    return storage::FactLog().Record(writer, change);
  });
  CheckOk(position.status());
  return *position;
}

NotesServer::NotesServer(const std::string& path, int port, FactProvider* provider)
    : clock_(kStart), database_(OpenNotes(path, "notes")) {
  auto definition = std::make_unique<ServiceDefinition>("notes", &clock_, &clock_);
  definition->SetDatabase(database_.get());
  Router notes("banso.server.testdata.NotesService");
  AddWatchChanges(notes, *database_, {Notes().source()});
  definition->Add(std::move(notes));
  definition->Add(
      FactsRouter({.database = database_.get(),
                   .log = &log_,
                   .types = FixedFactTypes({Type("note.length", fact::v1::SUBJECT_KIND_ACCOUNT),
                                            Type("note.count", fact::v1::SUBJECT_KIND_ACCOUNT),
                                            Type("note.speed", fact::v1::SUBJECT_KIND_ONBOARDING),
                                            Type("metric.given", fact::v1::SUBJECT_KIND_ACCOUNT)}),
                   .undeclared =
                       [](absl::string_view fact) {
                         return fact == "note.later" ? fact::v1::SUBJECT_KIND_ACCOUNT
                                                     : fact::v1::SUBJECT_KIND_UNSPECIFIED;
                       },
                   .provider = provider}));
  ServerOptions options = EchoServer::FastOptions();
  options.port = port;
  auto process = ServerProcess::Start(std::move(definition), options);
  CheckOk(process.status());
  process_ = *std::move(process);
}

}  // namespace banso::server
