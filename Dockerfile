# The course in a container, in the versions that it is tested with:
#
#   docker build --tag lstm-course .
#   docker run --rm --publish 127.0.0.1:8888:8888 --volume "$PWD/my-lessons:/home/learner/my-lessons" lstm-course
#
# and open the address that is printed. A hub adds its own line: docs/instructors/jupyterhub.md.
FROM python:3.13-slim
RUN useradd --create-home --uid 1000 learner
WORKDIR /opt/lstm-course
# The packages first: they change less often than the lessons, and a layer that has not changed is kept.
COPY requirements.txt .
RUN python -m pip install --no-cache-dir --require-hashes --only-binary :all: --requirement requirements.txt
COPY . .
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable .
USER learner
WORKDIR /home/learner
# Made here, so that a volume laid over it belongs to the learner.
RUN mkdir my-lessons
EXPOSE 8888
CMD ["lstm-course", "lab", "my-lessons", "--no-browser", "--address", "0.0.0.0", "--port", "8888"]
